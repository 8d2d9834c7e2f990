"""What is on record of every act: the chained audit trail, the patients behind its pseudonyms, legal holds."""
