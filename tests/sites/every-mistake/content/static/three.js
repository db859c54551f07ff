// three
