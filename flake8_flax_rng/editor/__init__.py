"""What an editor shows of the findings: places, texts and actions of the Language Server Protocol."""
