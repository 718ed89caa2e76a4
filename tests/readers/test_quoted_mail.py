import pytest

from empathy_score.readers.quoted_mail import without_quoted_mail


@pytest.mark.parametrize(
    ("mail", "own"),
    [
        ("Thanks!\n\nOn 3 May 2024, Bo wrote:\n> Sorry\n> Bo\n", "Thanks!"),
        ("Thanks!\r\nOn 3 May\r\nBo <b@x.example>\r\nwrote:\r\n\r\nold", "Thanks!"),
        ("> Late?\nYes, sorry.\n> Refund?\nOf course.", "Yes, sorry.\nOf course."),
        ("On 3 May, Bo wrote:\n> Late?\nYes.\n>> x\nNo.", "Yes.\nNo."),
        ("Ok\n-----Original Message-----\nFrom: Bo\nold", "Ok"),
        ("Ok\n________________________________\nFrom: Bo\nold", "Ok"),
        ("Ok\nFrom: Bo\nSent: Friday\nold", "Ok"),
        ("Ok\n##- Please type your reply above this line -##\nold", "Ok"),
        ("> all of it", ""),
    ],
)
def test_quoted_mail_is_left_out_of_plain_mail(mail, own):
    assert without_quoted_mail(mail) == own


@pytest.mark.parametrize(
    "mail",
    [
        "On your advice I wrote:\nplease help",
        "On Monday the agent wrote:\nno refund",
        "From: what I read\nyou owe me",
        "Sorry!\n-- \nAnn\n\n\n\nLamps > candles",
        "a -> b\nx >= 3",
        "",
    ],
)
def test_mail_that_only_looks_so_is_the_same_afterwards(mail):
    assert without_quoted_mail(mail) == mail
