"""Native histograms: buckets, arithmetic, resets, quantiles and trimming, in the order of Prometheus."""
