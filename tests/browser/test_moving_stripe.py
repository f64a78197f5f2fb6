"""The moving stripe: the smallest widget goes where slider or Python sends it."""


def test_slider_and_python_move_the_stripe(show, gallery):
    stripe = show("MovingStripe(3)")
    stripe.press("column", times=2)
    assert stripe.text(".cfi-caption") == "The stripe is in column 5."
    gallery.wait_for_python("w.column == 5")
    gallery.run_code("w.column = 17")
    stripe.wait_for("The stripe is in column 17.")
    assert stripe.values() == [17]
