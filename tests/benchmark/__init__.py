"""What the plugin costs: beside flake8 alone, beside other linters, by its phases, and as files grow."""
