"""Mail to buyers: what each occasion says, how it looks, and how it leaves."""
