from driftline.capture.probe.report import FORM, Influence, Report, decode, encode


def test_a_report_comes_back_as_it_was() -> None:
    report = Report(influences=(Influence("t", "a", 0, "b", "DIRECT", "IDENTITY", 0.8),), columns=(("b",),), rows=3)
    assert decode(encode(report)) == report
    assert decode(encode(report)).form == FORM
