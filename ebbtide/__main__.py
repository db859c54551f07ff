"""``python -m ebbtide``: what build.py hands over to."""

from ebbtide.cli import main

main()
