"""What the client can do, one file per noun; each method is written once and serves both clients."""
