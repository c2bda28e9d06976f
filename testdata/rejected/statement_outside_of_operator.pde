wavefield u  ### "unexpected keyword wavefield: expected import, operator, let or def"
