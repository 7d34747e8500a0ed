"""What the tests of golden values share: these are what torch says, for the JavaScript tests."""


def leaves(value):
    """The numbers and words of a JSON value, in the order of its keys."""
    if isinstance(value, dict):
        return [leaf for key in sorted(value) for leaf in leaves(value[key])]
    if isinstance(value, list):
        return [leaf for part in value for leaf in leaves(part)]
    return [value]
