"""From files to rows: reader, parser, cleaning, figures, versions, reconcile, loader, pipeline."""
