"""Functions whose code is asked for its qualified name."""


def passed(function):
    return function


class Cart:
    @passed
    @passed
    def total(self):
        return 0

    class Line:
        def price(self):
            return sorted("a")


def outer():
    def inner():
        return None

    return inner


CODES = [Cart.total.__code__, Cart.Line.price.__code__, outer.__code__, outer().__code__, passed.__code__]
