"""What the harvests of operations and of Keras share: environments of every release, and what runs inside them."""
