"""The order in which functions are made, and which node of the graph reaches which of them."""

from tfdoctor.model.read import order


def test_what_is_called_is_made_first_and_the_last_of_the_file_comes_off_the_pile_first() -> None:
    names = ["a", "b", "c", "d"]
    # b calls d, a calls b and c: c and d wait for nothing; d is on top of the pile, then b, which then waits no more.
    assert order.ranks(names, [["b", "c"], ["d"], [], []]) == [3, 1, 2, 0]


def test_calls_of_strangers_and_circles() -> None:
    assert order.ranks(["a", "b"], [["elsewhere"], []]) == [1, 0]
    assert order.ranks(["a", "b", "c"], [["b"], ["a"], []]) == [3, 3, 0]


def test_the_first_node_that_calls_reaches_what_is_called_further() -> None:
    names = ["a", "b", "c", "d"]
    found = order.reached(names, [["b"], ["a"], ["b"], []], {"c": 7, "a": 9, "elsewhere": 1})
    assert found == {2: 7, 1: 7, 0: 7}
