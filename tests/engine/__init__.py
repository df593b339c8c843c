"""The generated rules in real Prometheus servers: do they do what the plan says?"""
