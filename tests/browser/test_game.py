"""The target game: won with sliders, scored as Python scores, one level after the other."""

import pytest

from .panel import eventually


@pytest.fixture
def game(show):
    return show("TargetGame()")


def scores_agree(game, gallery):
    def the_page_agrees():
        assert game.text(".game-verdict") == f"{gallery.python('w.score')} % alike"

    eventually(game.page, the_page_agrees)


def test_a_level_is_won_with_sliders_and_leads_to_the_next(game, gallery):
    game.button("All weights to zero").click()
    assert game.text(".game-verdict") == "0 % alike"
    assert game.button("Next level").is_disabled()
    game.press("weight K[1, 1]", times=3)
    scores_agree(game, gallery)
    game.press("weight K[1, 1]")
    assert "Won!" in game.text(".game-verdict")
    gallery.wait_for_python("w.solved == [1] and w.score == 100")
    game.button("Next level").click()
    gallery.wait_for_python("w.level == 2")
    assert game.menu("Level").input_value().startswith("2.")


def test_the_score_is_the_one_of_python(game, gallery):
    for level in (3, 5, 7):
        game.menu("Level").select_option(index=level - 1)
        gallery.wait_for_python(f"w.level == {level}")
        gallery.run_code("torch.manual_seed(1); w.kernel = 0.6 * w.kernel + torch.randn(3, 3)")
        game.press("weight K[0, 1]")
        scores_agree(game, gallery)
    game.button("All weights to zero").click()
    gallery.wait_for_python("not w.kernel.any()")
