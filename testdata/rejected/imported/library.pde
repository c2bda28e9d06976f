def twice(p) = 2*p

def spread(p) = grad(p)
