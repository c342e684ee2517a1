"""What needs image libraries that are optional: each file asks for them when it is used."""
