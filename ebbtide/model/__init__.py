"""What is known about a site once it has been read: frozen types, and nothing that reads or writes."""
