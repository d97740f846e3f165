"""What is followed by itself: the file, its functions and methods, and other files."""
