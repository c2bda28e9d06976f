import "../import_cyclic_by_another.pde"  ### "import cycle"
