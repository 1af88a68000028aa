"""What a server tells of itself in numbers: `/metrics`, in Prometheus' text format."""
