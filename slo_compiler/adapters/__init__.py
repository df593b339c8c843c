"""The adapters that come with the compiler: a data file each, and the choice among them."""
