"""What is known at one instant: the state of each collector, its values, and the page made of them."""
