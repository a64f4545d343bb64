"""The knowledge: role sheets, themes, question bank, glossary. Pure Python."""
