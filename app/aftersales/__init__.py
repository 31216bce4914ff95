"""After-sales: claims for buyers, return bags for the van, and the evidence for an appeal."""
