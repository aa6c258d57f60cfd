"""A scheme's form as a WTForms form and back, and the hand-written forms."""
