-- `q` on contacts asks the search index, which knows their words.
DROP TABLE contact_words;
