"""The treatment finder: lists of places in, pages and small data files out, from which a browser finds the nearest by itself."""
