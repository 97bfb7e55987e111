"""What is done with TensorFlow's companions to see that they work, and the table of what did."""
