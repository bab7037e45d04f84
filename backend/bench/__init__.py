"""Speed against bare parts, as ratios of one run; part of no test."""
