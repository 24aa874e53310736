"""From files to rows: reader, parser, cleaning, figures, captures, versions, reconcile, loader, pipeline."""
