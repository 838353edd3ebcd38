"""What people get as documents: one PDF for PMM, a portfolio, an archive of the originals.

The bot calls `making.make` with an order; a worker process makes the papers, so that chats stay
fast whatever a photo weighs.
"""
