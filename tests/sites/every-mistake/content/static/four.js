// four
