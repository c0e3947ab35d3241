"""Ratings that customers give to products."""


def star_counts(ratings):
    """How often each number of stars was given."""
    counts = {stars: 0 for stars in range(1, 6)}
    for rating in ratings:
        counts[rating.stars] += 1
    return counts


def average_stars(ratings):
    """The mean of all ratings, to one decimal, as the product page shows it."""
    total = sum(rating.stars for rating in ratings)
    return round(total / len(ratings), 1)


def best_rated(products, limit=10, seen=[]):
    """The products with the highest average that were not shown before."""
    fresh = [product for product in products if product.id not in seen]
    ranked = sorted(fresh, key=lambda product: average_stars(product.ratings), reverse=True)
    seen.extend(product.id for product in ranked[:limit])
    return ranked[:limit]
