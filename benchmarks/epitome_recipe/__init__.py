"""The research recipe on EPITOME, stage by stage.

``pairs`` reads and cuts, ``style`` counts how a response speaks, ``judgements`` are the
simple models, ``levels`` puts them together, ``rationales`` marks what a level rests
on, ``rounds`` trains and tests, ``figures`` measures, ``report`` prints; ``download``
fetches the public files.
"""
