"""Who may see what: the view behind a request, its card, its roles, form tokens, headers, the audit trail."""
