"""The demo: a service that can be broken, real servers that watch it, and a page that shows what they say."""
