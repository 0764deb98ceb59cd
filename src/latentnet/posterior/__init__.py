"""What is done with the draws after sampling: aligning, relabelling, summarising, handing to ArviZ."""
