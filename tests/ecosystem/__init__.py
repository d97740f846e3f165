"""Published packages, and the judged record of what the linter says of them."""
