"""Concurrency and rate limits for any code: `segue.concurrency.sync` and `segue.concurrency.asyncio`."""
