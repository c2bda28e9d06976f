# Poisson's equation laplace(p) = f by Jacobi's iteration: each step is one
# iteration, p is zero beyond the grid, residual says how far it is from done.
operator poisson "Poisson's equation by iteration" {
    order space 2, time 1
    field     f  "right-hand side"
    wavefield p  "potential"

    # The sum of second differences, and what each holds of the point itself.
    1D let differences = p.dx2(order 2)
    2D let differences = p.dx2(order 2) + p.dz2(order 2)
    3D let differences = p.dx2(order 2) + p.dy2(order 2) + p.dz2(order 2)
    1D let weight = 2/h_x^2
    2D let weight = 2/h_x^2 + 2/h_z^2
    3D let weight = 2/h_x^2 + 2/h_y^2 + 2/h_z^2

    reduce residual from norm(differences - f)
    p.forward = p + (differences - f)/weight
}
