"""The closed lists of what a clone may be about, and how each category names its domain."""

from collections.abc import Mapping
from typing import Final, Literal

Category = Literal[
    "medical", "business", "education", "finance", "coaching", "legal", "ai", "other"
]
Domain = Literal[
    "health-wellness",
    "business-strategy",
    "education-learning",
    "finance-investment",
    "life-coaching",
    "legal-consulting",
    "ai-technology",
    "other",
]

DOMAINS: Final[Mapping[Category, Domain]] = {
    "medical": "health-wellness",
    "business": "business-strategy",
    "education": "education-learning",
    "finance": "finance-investment",
    "coaching": "life-coaching",
    "legal": "legal-consulting",
    "ai": "ai-technology",
    "other": "other",
}
CATEGORIES: Final[Mapping[Domain, Category]] = {domain: cat for cat, domain in DOMAINS.items()}
