"""The pages behind a customer's link: what an address leads to, its questions, and what each page shows."""
