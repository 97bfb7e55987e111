"""What changed between two TensorFlow releases that changes the results of a program."""
