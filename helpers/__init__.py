"""What the notebooks import. Nothing is loaded until it is asked for.

correlation      cross-correlation four ways, its output shape, its matrix
conv2d           the layer that chapter 03 builds
descent          gradient descent on the squared error of a kernel
receptive_field  how far back a cell sees: recurrence, gradient, perturbation
networks         the layers of published networks
cortex           Gabor functions, whitening, independent components, spike-triggered average
images, kernels  small pictures, bundled photos, named kernels
figures          still drawings with matplotlib
notebook         begin(), the one call at the top of every chapter
wording          what a value is, and what it is called in an error
exercises        a module a chapter; check, hint, solution
widgets          the live pictures, a class a file
"""
