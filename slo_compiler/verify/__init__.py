"""Whether the metrics that specs read are there: with these names, labels, types, units and buckets."""
