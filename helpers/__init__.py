"""What the notebooks import. Nothing is loaded until it is asked for.

correlation              cross-correlation four ways, its output shape, its matrix
conv2d, descent          the layer of chapter 03, the gradient descent of chapter 05
receptive_field          receptive fields by recurrence; receptive_field_measured: on real modules
networks                 the layers of published networks
gabor, natural_images    Gabor functions and their fit; patches, whitening, independent components
spikes                   a simulated cell, its stimuli and its spike-triggered average
images, kernels          small pictures and bundled photos; kernels with names
figures                  still drawings with matplotlib
notebook, installation   begin(), the first call of every chapter; check_installation()
checks                   what arguments must be, and the sentences of the errors
exercises, widgets       one module per chapter: check, hint, solution; one class per widget
"""
