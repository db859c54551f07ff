"""``python -m ebbtide``: what build.py hands over to."""

import gc

if __name__ == "__main__":  # a worker process imports this module again, and must not begin anew
    # All that is read stays until the end, so looking for garbage often finds none, at a fifth of a build of 1,000 pages.
    gc.set_threshold(50_000, 20, 100)

    from ebbtide.cli import main

    main()
