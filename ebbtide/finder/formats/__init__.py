"""National formats of facility lists, each read into `Entry` rows. Only here may the program name a country's data.

What a row offers is told by the *names* of a legend, never by codes typed here: codes have changed their meaning from one format to
the next (see legend.py), and names have not.
"""
