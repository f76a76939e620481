"""Publishing editions of the notes, baking the public pages to files, and the public pages themselves."""
