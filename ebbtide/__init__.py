"""Ebbtide: a static site generator for withdrawal education and self-assessment."""

__version__ = "0.1.0"
