from driftline.event.label import Tag


def test_a_tag_without_expiry_always_holds() -> None:
    assert Tag(name="pii").holds(2**62)


def test_a_tag_holds_until_the_moment_at_which_it_expires() -> None:
    tag = Tag(name="pii", expires_us=100)
    assert tag.holds(99)
    assert not tag.holds(100)
