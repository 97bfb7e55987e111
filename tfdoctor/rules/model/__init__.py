"""Rules on saved models that another TensorFlow or Keras cannot read: one module per kind of file or cause."""
