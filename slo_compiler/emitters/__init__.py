"""From a program to the text of files: an emitter chooses words and order, never numbers."""
